export default function GraphTab() {
  return <p>Graph</p>;
}
