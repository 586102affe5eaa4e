/** The vehicle that the address names (`#/vehicle/ID`), so that a reload, a bookmark and a shared link show the same. */
export function vehicleOfHash(hash: string): string | undefined {
  const found = /^#\/vehicle\/([^/]+)$/.exec(hash);
  if (!found) return undefined;
  try {
    return decodeURIComponent(found[1]!);
  } catch {
    return undefined;
  }
}

export const hashOfVehicle = (id: string): string => `#/vehicle/${encodeURIComponent(id)}`;
