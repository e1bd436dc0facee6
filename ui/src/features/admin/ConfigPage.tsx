export default function ConfigPage() {
  return <p>Config</p>;
}
