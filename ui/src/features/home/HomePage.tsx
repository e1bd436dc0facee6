import { Box, Stack } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { FirstRun } from "../../components/dags/FirstRun";
import { Page } from "../../components/Page";
import { Loaded } from "../../components/Query";
import { Broken } from "./Broken";
import { Coming } from "./Coming";
import { Failures } from "./Failures";
import { Favourites } from "./Favourites";
import { Health } from "./Health";
import { useHome, type Home } from "./home";
import "./home.css";
import { Numbers } from "./Numbers";
import { Pools } from "./Pools";

/** What runs, what failed, what waits, what comes next. */
export default function HomePage() {
  const { t } = useTranslation("common");
  const query = useHome();
  return (
    <Page title={t("nav.home")}>
      <Loaded query={query}>{(home) => <Overview home={home} />}</Loaded>
    </Page>
  );
}

function Overview({ home }: { home: Home }) {
  if (home.dags.total === 0) {
    return (
      <>
        <Health home={home} />
        <FirstRun />
      </>
    );
  }
  return (
    <>
      <Health home={home} />
      <Numbers home={home} />
      <Box className="home-columns">
        <Stack gap="md" miw={0}>
          <Failures home={home} />
          <Favourites />
        </Stack>
        <Stack gap="md" miw={0}>
          <Broken home={home} />
          <Coming home={home} />
          <Pools pools={home.pools} />
        </Stack>
      </Box>
    </>
  );
}
