/** What `aboveboard export --format` takes: trajectories in a dialect (agentnet is that of pyautogui), ATIF, tasks of AgentNetBench, tars of samples, or tables. */
export type ExportFormat =
  | 'agentnet'
  | 'pyautogui'
  | 'openai'
  | 'anthropic'
  | 'ui-tars'
  | 'atif'
  | 'agentnet-bench'
  | 'webdataset'
  | 'parquet';
