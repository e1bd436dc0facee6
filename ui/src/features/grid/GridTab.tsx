export default function GridTab() {
  return <p>Grid</p>;
}
