import apiPrices from '../../catalogue/api-prices.json' with { type: 'json' };
import control from '../../catalogue/control.json' with { type: 'json' };
import costs from '../../catalogue/costs.json' with { type: 'json' };
import fits from '../../catalogue/fits.json' with { type: 'json' };
import gpus from '../../catalogue/gpus.json' with { type: 'json' };
import models from '../../catalogue/models.json' with { type: 'json' };
import servers from '../../catalogue/servers.json' with { type: 'json' };
import speedRows from '../../catalogue/speed-rows.json' with { type: 'json' };

/** Every file that ships, by name: for checking and for showing where a figure comes from. */
export const builtInFiles: Readonly<Record<string, unknown>> = {
  'api-prices.json': apiPrices,
  'control.json': control,
  'costs.json': costs,
  'fits.json': fits,
  'gpus.json': gpus,
  'models.json': models,
  'servers.json': servers,
  'speed-rows.json': speedRows,
};
