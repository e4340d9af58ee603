export function ReviewPage() {
  return <main className="page" />;
}
