export default function DurationsTab() {
  return <p>Durations</p>;
}
