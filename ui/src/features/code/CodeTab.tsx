export default function CodeTab() {
  return <p>Code</p>;
}
