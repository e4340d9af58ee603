import '@aboveboard/review/tokens.css';
import '../../src/screens/page.css';
import '@aboveboard/review/review.css';
import { ReviewPage } from '../../src/screens/review-page.tsx';
import { show } from '../../src/screens/show.tsx';

show(<ReviewPage />);
