import { defineConfig } from '@playwright/test';
import base from './playwright.config';

// The pictures of the README, taken of the real page: npm run screenshots.
export default defineConfig({ ...base, testMatch: 'screenshots.ts', timeout: 120_000, projects: [{ name: 'pictures' }] });
