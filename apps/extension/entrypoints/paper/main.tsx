import '@aboveboard/review/tokens.css';
import '../../src/screens/page.css';
import { PaperPage } from '../../src/screens/paper-page.tsx';
import { show } from '../../src/screens/show.tsx';

show(<PaperPage />);
