/** What `aboveboard export --format` takes: a dialect's trajectories, or tables. */
export type ExportFormat = 'agentnet' | 'openai' | 'anthropic' | 'ui-tars' | 'parquet';
