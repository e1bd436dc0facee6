export default function AuditTab() {
  return <p>Audit</p>;
}
