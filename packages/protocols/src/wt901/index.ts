export {
  WT901_CONTENT,
  WT901_REGISTER,
  type Wt901Content,
  type Wt901Setup,
  wt901Baud,
  wt901Calibrate,
  wt901Command,
  wt901Rate,
  wt901Read,
  wt901Save,
  wt901SendOnly,
  wt901Setup,
  wt901Unlock,
} from "./commands.ts";
export { wt901 } from "./wt901.ts";
