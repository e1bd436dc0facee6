export default function DependenciesPage() {
  return <p>Dependencies</p>;
}
