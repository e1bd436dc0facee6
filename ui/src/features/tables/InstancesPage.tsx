export default function InstancesPage() {
  return <p>Instances</p>;
}
