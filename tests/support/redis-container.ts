// Redis in a container from the image of scripts/docker-redis.mjs. Waited for by asking it: its image has no shell for testcontainers' own
// ways of waiting, and a line of the log is missed when Redis is ready before Docker has noted when it was started.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { GenericContainer, type StartedTestContainer, StartupCheckStrategy, type StartupStatus } from 'testcontainers';
import { redisAnswers } from './redis-answers.ts';

process.env['TESTCONTAINERS_RYUK_DISABLED'] = 'true'; // its image is in a registry; who starts a container stops it

/** Says that a container runs, nothing of what runs in it. */
class Runs extends StartupCheckStrategy {
  override async checkStartupState(docker: Parameters<StartupCheckStrategy['checkStartupState']>[0], id: string): Promise<StartupStatus> {
    const { State } = await docker.getContainer(id).inspect();
    return State.Running ? 'SUCCESS' : State.Status === 'exited' ? 'FAIL' : 'PENDING';
  }
}

export const redisImage = (): string =>
  execFileSync(process.execPath, [fileURLToPath(new URL('../../scripts/docker-redis.mjs', import.meta.url))], { encoding: 'utf8' }).trim();

export async function startRedisContainer(): Promise<StartedTestContainer> {
  const container = await new GenericContainer(redisImage()).withExposedPorts(6379).withWaitStrategy(new Runs()).start();
  await redisAnswers(urlOf(container));
  return container;
}

export async function restartRedisContainer(container: StartedTestContainer): Promise<void> {
  await container.restart();
  await redisAnswers(urlOf(container));
}

export const urlOf = (container: StartedTestContainer): string => `redis://${container.getHost()}:${container.getMappedPort(6379)}`;
