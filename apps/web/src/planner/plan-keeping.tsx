import { type ReactNode, useId, useRef, useState } from 'react';
import { type Plan, planFileOf, planOf } from './draft.ts';
import { text } from './messages/en.ts';
import { linkOf } from './plan-link.ts';
import { saveText } from './save-file.ts';

/** Larger than any plan that people write. */
const MOST_FILE = 2_000_000;

/** Save, open, link, print: all of it in the browser. */
export function PlanKeeping(props: {
  plan: Plan;
  /** What stood here before another plan was opened or begun. */
  before: Plan | null;
  /** False: this browser keeps nothing over a reload. */
  isKept: boolean;
  onOpen: (plan: Plan) => void;
  onAnew: () => void;
}): ReactNode {
  const { plan } = props;
  const [link, setLink] = useState<{ of: Plan; address: string } | null>(null);
  const [said, setSaid] = useState('');
  const file = useRef<HTMLInputElement>(null);
  const id = useId();
  const open = async (chosen: File) => {
    const opened = chosen.size <= MOST_FILE ? await readPlan(chosen) : null;
    setSaid(opened ? text.plan.opened(chosen.name) : text.plan.notAPlan(chosen.name));
    if (opened) props.onOpen(opened);
  };
  const makeLink = async () => {
    const address = await linkOf(plan, location.href);
    setLink({ of: plan, address });
    setSaid('');
  };
  return (
    <section className="keeping" aria-label={text.plan.title}>
      <div className="buttons">
        <button type="button" className="button plain" onClick={() => save(plan)}>
          {text.plan.save}
        </button>
        <button type="button" className="button plain" onClick={() => file.current?.click()}>
          {text.plan.open}
        </button>
        <button type="button" className="button plain" onClick={makeLink}>
          {text.plan.link}
        </button>
        <button type="button" className="button plain" onClick={() => print()}>
          {text.plan.print}
        </button>
        <button
          type="button"
          className="button plain"
          onClick={() => {
            props.onAnew();
            setSaid(text.plan.anewSaid);
          }}
        >
          {text.plan.anew}
        </button>
        {props.before && (
          <button
            type="button"
            className="button plain"
            onClick={() => {
              if (props.before) props.onOpen(props.before);
              setSaid('');
            }}
          >
            {text.plan.bringBack}
          </button>
        )}
        <input
          ref={file}
          type="file"
          data-pick="plan"
          accept="application/json,.json"
          hidden
          onChange={(event) => {
            const [chosen] = event.target.files ?? [];
            if (chosen) void open(chosen);
            event.target.value = '';
          }}
        />
      </div>
      {/* An older link would bring back an older plan. */}
      {link?.of === plan && (
        <div className="link">
          <label htmlFor={id}>{text.plan.linkLabel}</label>
          <div className="link-row">
            <input
              id={id}
              type="text"
              readOnly
              value={link.address}
              onFocus={(event) => event.target.select()}
            />
            <button
              type="button"
              className="button plain"
              onClick={() =>
                void navigator.clipboard?.writeText(link.address).then(() => setSaid(text.plan.copied))
              }
            >
              {text.plan.copy}
            </button>
          </div>
          <p className="soft small">{text.plan.linkNote}</p>
        </div>
      )}
      <p className="soft small">{props.isKept ? text.plan.keptNote : text.plan.notKept}</p>
      <p role="status" className="soft small">
        {said}
      </p>
    </section>
  );
}

async function readPlan(chosen: File): Promise<Plan | null> {
  try {
    return planOf(JSON.parse(await chosen.text()));
  } catch {
    return null;
  }
}

function save(plan: Plan): void {
  saveText(text.plan.fileName, `${JSON.stringify(planFileOf(plan), null, 2)}\n`, 'application/json');
}
