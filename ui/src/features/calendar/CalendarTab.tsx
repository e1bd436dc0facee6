export default function CalendarTab() {
  return <p>Calendar</p>;
}
