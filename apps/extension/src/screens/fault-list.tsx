/** What did not hold, each in a line; nothing where there is nothing. */
export function FaultList({ lead, faults }: { lead: string; faults: readonly string[] }) {
  if (faults.length === 0) return null;
  return (
    <div className="note note-warn">
      <p>{lead}</p>
      <ul className="plain-list">
        {faults.map((fault) => (
          <li key={fault} className="origin">
            {fault}
          </li>
        ))}
      </ul>
    </div>
  );
}
