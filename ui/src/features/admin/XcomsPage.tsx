export default function XcomsPage() {
  return <p>XComs</p>;
}
