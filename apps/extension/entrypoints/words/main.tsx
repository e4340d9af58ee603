import '@aboveboard/review/tokens.css';
import '../../src/screens/page.css';
import { ClosedWordsPage } from '../../src/screens/closed-words-page.tsx';
import { show } from '../../src/screens/show.tsx';

show(<ClosedWordsPage />);
