export default function DagsPage() {
  return <p>DAGs</p>;
}
