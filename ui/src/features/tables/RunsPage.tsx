export default function RunsPage() {
  return <p>Runs</p>;
}
