export default function InstancePage() {
  return <p>Instance</p>;
}
