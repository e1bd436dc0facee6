export default function ActivityPage() {
  return <p>Activity</p>;
}
