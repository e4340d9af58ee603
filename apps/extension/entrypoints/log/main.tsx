import '@aboveboard/review/tokens.css';
import '../../src/screens/page.css';
import { LogPage } from '../../src/screens/log-page.tsx';
import { show } from '../../src/screens/show.tsx';

show(<LogPage />);
