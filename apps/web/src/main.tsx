import './trusted-start.ts';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import '@aboveboard/review/tokens.css';
import '@aboveboard/review/review.css';
import './page.css';
import { App } from './app.tsx';
import { whenNotFresh } from './client.ts';
import { staff } from './sign-in/staff-client.ts';

whenNotFresh(staff.showAgain);

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no root element');
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
