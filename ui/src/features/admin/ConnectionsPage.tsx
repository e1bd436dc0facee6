export default function ConnectionsPage() {
  return <p>Connections</p>;
}
