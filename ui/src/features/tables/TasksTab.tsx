export default function TasksTab() {
  return <p>Tasks</p>;
}
