import '@aboveboard/review/tokens.css';
import '../../src/screens/page.css';
import { RecordingsPage } from '../../src/screens/recordings-page.tsx';
import { show } from '../../src/screens/show.tsx';

show(<RecordingsPage />);
