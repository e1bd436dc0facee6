export default function RolesPage() {
  return <p>Roles</p>;
}
