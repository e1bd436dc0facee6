export default function VariablesPage() {
  return <p>Variables</p>;
}
