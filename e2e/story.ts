import { tellStory } from './whole-way.ts';

// npm run story: the whole way on the real thing, with its figures. ABOVEBOARD_STORY_PICTURES=DIR keeps pictures.
const figures = await tellStory({ say: (line) => console.error(line) });
for (const [name, value] of Object.entries(figures)) console.log(`${name.padEnd(44)} ${value}`);
