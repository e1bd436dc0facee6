export default function TriggerPage() {
  return <p>Trigger</p>;
}
