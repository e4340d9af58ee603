import '@aboveboard/review/tokens.css';
import '../../src/screens/page.css';
import { Panel } from '../../src/screens/panel.tsx';
import { show } from '../../src/screens/show.tsx';

show(<Panel />);
