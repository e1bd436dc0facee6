export default function BackfillsTab() {
  return <p>Backfills</p>;
}
