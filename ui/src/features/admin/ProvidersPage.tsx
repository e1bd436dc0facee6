export default function ProvidersPage() {
  return <p>Providers</p>;
}
