export default function PoolsPage() {
  return <p>Pools</p>;
}
