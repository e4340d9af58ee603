import '@aboveboard/review/tokens.css';
import '../../src/screens/page.css';
import { OwnDataPage } from '../../src/own-data/own-data-page.tsx';
import { show } from '../../src/screens/show.tsx';

show(<OwnDataPage />);
