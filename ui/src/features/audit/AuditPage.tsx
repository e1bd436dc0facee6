export default function AuditPage() {
  return <p>Audit log</p>;
}
