import type { TaskDescription } from '@aboveboard/protocol/manifest';
import { useId, useState } from 'react';
import type { DeskAct } from './desk-state.ts';
import type { EditList } from './edit-list.ts';
import type { Messages } from './messages/en.ts';

/** The task in words, and whether it worked. Nothing is preset and nothing is required (REV6). */
export function TaskForm({
  task,
  edits,
  act,
  messages,
}: {
  task: TaskDescription;
  edits: EditList;
  act: (act: DeskAct) => void;
  messages: Messages;
}) {
  const id = useId();
  const words = messages.task;
  return (
    <section className="rv-card" aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>{words.title}</h2>
      {task.kind === 'card' ? (
        <>
          <p>
            <strong>{task.card.title}</strong>
            <br />
            {filled(task.card.goal, task.inputs)}
          </p>
          <p className="rv-help">{words.card}</p>
        </>
      ) : (
        <FreeTask key={edits.task ?? ''} said={task.text} edits={edits} act={act} messages={messages} />
      )}
      <fieldset className="rv-worked">
        <legend>{words.worked}</legend>
        {(
          [
            ['yes', true, words.yes],
            ['no', false, words.no],
            ['unsaid', null, words.unsaid],
          ] as const
        ).map(([value, worked, label]) => (
          <Choice
            key={value}
            name={`${id}-worked`}
            label={label}
            // "Rather not say" is chosen by pressing it, and not by having said nothing.
            chosen={worked !== null && edits.worked === worked}
            silent={worked === null && edits.worked === null}
            onChoose={() => act({ do: 'worked', worked })}
          />
        ))}
      </fieldset>
    </section>
  );
}

function Choice({
  name,
  label,
  chosen,
  silent,
  onChoose,
}: {
  name: string;
  label: string;
  chosen: boolean;
  silent: boolean;
  onChoose: () => void;
}) {
  const [pressed, setPressed] = useState(false);
  return (
    <label className="rv-check">
      <input
        type="radio"
        name={name}
        checked={chosen || (silent && pressed)}
        onChange={() => {
          setPressed(true);
          onChoose();
        }}
      />
      {label}
    </label>
  );
}

function FreeTask({
  said,
  edits,
  act,
  messages,
}: {
  said: string;
  edits: EditList;
  act: (act: DeskAct) => void;
  messages: Messages;
}) {
  const id = useId();
  const [text, setText] = useState(edits.task ?? said);
  return (
    <>
      <label htmlFor={id}>{messages.task.label}</label>
      <textarea
        id={id}
        rows={3}
        maxLength={4000}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onBlur={() => {
          const words = text.trim();
          act({ do: 'task', text: words === '' || words === said ? null : words });
          if (words === '') setText(said);
        }}
      />
      <p className="rv-help">{messages.task.free}</p>
    </>
  );
}

/** The goal of a card with its made-up inputs in their places. */
function filled(goal: string, inputs: Record<string, string>): string {
  return goal.replace(/\{([\w-]+)\}/g, (whole, name: string) => inputs[name] ?? whole);
}
