import { describeRules } from '../../../support/audit/rows.ts';

describeRules([
  {
    rule: 'code-once',
    held: (rig) => rig.connect(),
    broken: async (rig) => {
      const { code, verifier } = await rig.connect();
      await rig.app.exchangeCode(code, { code_verifier: verifier });
    },
    calm: {
      'a second attempt after the answer was lost': [
        { faults: ['code:dropx1'] },
        async (rig) => {
          const { code, verifier } = await rig.connect();
          await rig.app.exchangeCode(code, { code_verifier: verifier });
        },
      ],
      'a second attempt after a failure of the server': [
        { faults: ['code:503x1'] },
        async (rig) => {
          const { code, verifier } = await rig.connect();
          await rig.app.exchangeCode(code, { code_verifier: verifier });
        },
      ],
    },
  },
  {
    rule: 'secret-not-in-url',
    held: (rig) => rig.connect(),
    broken: (rig) =>
      rig.app.post(`/oauth/token?client_secret=${rig.app.clientSecret}`, { grant_type: 'refresh_token' }),
  },
  {
    rule: 'token-in-header',
    held: async (rig) => rig.read((await rig.connect()).access),
    broken: async (rig) => {
      const { access } = await rig.connect();
      await rig.app.get(`/api/v1/events/evt_test_published?access_token=${access}`, rig.pinned());
    },
    calm: {
      'a request without any token': (rig) => rig.app.get('/api/v1/events/evt_test_published', rig.pinned()),
    },
  },
  {
    rule: 'client-auth-in-body',
    held: (rig) => rig.connect(),
    broken: async (rig) => {
      await rig.app.post('/oauth/token', { grant_type: 'refresh_token' }, [['Authorization', 'Basic YTpi']]);
    },
    calm: {
      'a library that tries the header first': async (rig) => {
        await rig.app.post('/oauth/token', { grant_type: 'refresh_token' }, [['Authorization', 'Basic YTpi']]);
        await rig.connect();
      },
    },
  },
]);
