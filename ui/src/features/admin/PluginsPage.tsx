export default function PluginsPage() {
  return <p>Plugins</p>;
}
