import '@aboveboard/review/tokens.css';
import '../../src/screens/page.css';
import { show } from '../../src/screens/show.tsx';
import { VerifyPage } from '../../src/screens/verify-page.tsx';

show(<VerifyPage />);
