import '@aboveboard/review/tokens.css';
import '../../src/screens/page.css';
import { ObjectPage } from '../../src/screens/object-page.tsx';
import { show } from '../../src/screens/show.tsx';

show(<ObjectPage />);
