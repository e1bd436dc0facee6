export default function DetailsTab() {
  return <p>Details</p>;
}
