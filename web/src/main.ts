import './style.css';
import { Page } from './page';

void new Page().start().catch((error: unknown) => console.error(error));
