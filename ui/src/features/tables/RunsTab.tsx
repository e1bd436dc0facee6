export default function RunsTab() {
  return <p>Runs</p>;
}
