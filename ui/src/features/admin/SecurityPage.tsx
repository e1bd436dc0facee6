export default function SecurityPage() {
  return <p>Security</p>;
}
