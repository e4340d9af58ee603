import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import '@aboveboard/review/tokens.css';
import './guardian.css';
import { App } from './app.tsx';

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no root element');
createRoot(root).render(
  <StrictMode>
    <App path={location.pathname} />
  </StrictMode>,
);
