/** What `aboveboard export --format` takes: trajectories in a dialect (agentnet is that of pyautogui), ATIF, or tables. */
export type ExportFormat = 'agentnet' | 'pyautogui' | 'openai' | 'anthropic' | 'ui-tars' | 'atif' | 'parquet';
