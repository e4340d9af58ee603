import { tellRulesStory } from './rules-story.ts';

// npm run story:rules: agreements, consent, objections, an election and a forked log on the real thing.
const figures = await tellRulesStory({ say: (line) => console.error(line) });
for (const [name, value] of Object.entries(figures)) console.log(`${name.padEnd(52)} ${value}`);
