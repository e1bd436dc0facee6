export default function GanttTab() {
  return <p>Gantt</p>;
}
