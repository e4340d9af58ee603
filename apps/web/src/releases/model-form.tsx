import type { ShownRelease } from '@aboveboard/protocol/lineage';
import { type FormEvent, type ReactNode, useId, useState } from 'react';
import { client } from '../client.ts';
import { text } from './messages/en.ts';
import '../stewards/stewards.css';

/** A model is for the purpose of its releases: nobody chooses another one. */
export function ModelForm({
  releases,
  onEntered,
}: {
  releases: readonly ShownRelease[];
  onEntered: () => void;
}): ReactNode {
  const [name, setName] = useState('');
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [other, setOther] = useState('');
  const [said, setSaid] = useState<{ words: string; problem: boolean } | null>(null);
  const id = useId();

  async function enter(event: FormEvent): Promise<void> {
    event.preventDefault();
    setSaid(null);
    const named = other.trim() === '' ? [] : [other.trim()];
    const purposes = new Set(
      releases.filter(({ release }) => chosen.has(release)).map(({ purpose }) => purpose),
    );
    if (purposes.size > 1) {
      setSaid({ words: text.mixed, problem: true });
      return;
    }
    const wish = {
      name: name.trim(),
      // Of a release that is not in her list the server says what it is for, if it is not this.
      purpose: [...purposes][0] ?? 'model-training',
      releases: [...chosen, ...named],
    };
    await client.enterModel(wish).then(
      (model) => {
        setSaid({ words: text.entered(model.name), problem: false });
        setName('');
        setChosen(new Set());
        setOther('');
        onEntered();
      },
      (error: Error) => setSaid({ words: error.message, problem: true }),
    );
  }

  const toggle = (release: string) => {
    const next = new Set(chosen);
    if (!next.delete(release)) next.add(release);
    setChosen(next);
  };
  return (
    <section className="panel" aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>{text.enter}</h2>
      <p>{text.enterWhat}</p>
      <form onSubmit={(event) => void enter(event)}>
        <div className="draft-field">
          <label htmlFor={`${id}-name`}>{text.name}</label>
          <p className="soft" id={`${id}-hint`}>
            {text.nameHint}
          </p>
          <input
            id={`${id}-name`}
            type="text"
            required
            maxLength={64}
            pattern="[a-z0-9][a-z0-9.\-]*"
            aria-describedby={`${id}-hint`}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        </div>
        {releases.length > 0 && (
          <fieldset>
            <legend>{text.which}</legend>
            {releases.map(({ release, name: of, version }) => (
              <label key={release}>
                <input type="checkbox" checked={chosen.has(release)} onChange={() => toggle(release)} />{' '}
                {text.head(of, version)}
              </label>
            ))}
          </fieldset>
        )}
        <div className="draft-field">
          <label htmlFor={`${id}-other`}>{text.otherDigest}</label>
          <input
            id={`${id}-other`}
            type="text"
            spellCheck={false}
            pattern="\s*[0-9a-f]{64}\s*"
            required={chosen.size === 0}
            value={other}
            onChange={(event) => setOther(event.target.value)}
          />
        </div>
        <div className="buttons">
          <button type="submit" className="button">
            {text.button}
          </button>
        </div>
        {said && (
          <p role={said.problem ? 'alert' : 'status'} className={said.problem ? 'notice danger' : 'notice'}>
            {said.words}
          </p>
        )}
      </form>
    </section>
  );
}
