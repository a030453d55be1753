import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TemplateTree, wordsOf } from '../../../src/evidence/logs/template-tree.ts';

function textsOf(tree: TemplateTree): string[] {
  return tree.templates.map((words) => words.join(' '));
}

function filed(messages: readonly string[], tree = new TemplateTree()): (number | null)[] {
  return messages.map((message) => tree.file(wordsOf(message), true));
}

describe('a template tree', () => {
  it('groups messages that differ in few words, and makes these any word', () => {
    const tree = new TemplateTree();
    const places = filed(
      ['no user named bob found', 'no user named alice found', 'no such file', 'no user named <*> found'],
      tree,
    );
    expect(places).toEqual([0, 0, 1, 0]);
    expect(textsOf(tree)).toEqual(['no user named <*> found', 'no such file']);
  });

  it('keeps apart what begins with other words, has another length, or differs in more', () => {
    const messages = [
      'order <num> failed: no stock left',
      'order <num> failed: payment refused now',
      'order <num> cancelled',
      'invoice <num> failed: no stock left',
    ];
    expect(filed(messages)).toEqual([0, 1, 2, 3]);
  });

  it('takes masked words at the beginning for the same, whatever they were', () => {
    expect(filed(['<ip> is not reachable at present', '<text> is not reachable at present'])).toEqual([0, 0]);
  });

  it('takes the first word for data where very many differ in it', () => {
    const tree = new TemplateTree();
    const places = filed(
      Array.from(
        { length: 40 },
        (_, index) => `user${String.fromCharCode(97 + (index % 26))}${'x'.repeat(index)} not found`,
      ),
      tree,
    );
    expect(new Set(places).size).toBe(13);
    expect(textsOf(tree).at(-1)).toBe('<*> not found');
  });

  it('adds nothing where it may not', () => {
    const tree = new TemplateTree([wordsOf('disk is full')]);
    expect(tree.file(wordsOf('disk is gone'), false)).toBeNull();
    expect(tree.file(wordsOf('disk is full'), false)).toBe(0);
    expect(textsOf(tree)).toEqual(['disk is full']);
  });
});

describe('any messages', () => {
  const word = fc.constantFrom('a', 'b', 'c', '<num>', '<ip>', 'failed', 'order', 'x<num>');
  const messages = fc.array(
    fc.array(word, { minLength: 1, maxLength: 8 }).map((words) => words.join(' ')),
    { maxLength: 80 },
  );

  it('are filed the same way each time, and each where it was before', () => {
    fc.assert(
      fc.property(messages, (all) => {
        const [one, other] = [new TemplateTree(), new TemplateTree()];
        expect(filed(all, one)).toEqual(filed(all, other));
        expect(textsOf(one)).toEqual(textsOf(other));
        expect(one.templates.length).toBeLessThanOrEqual(new Set(all).size);
      }),
    );
  });

  it('are filed by a tree that was rebuilt from its templates as by the first', () => {
    fc.assert(
      fc.property(messages, fc.nat(80), (all, cut) => {
        const whole = new TemplateTree();
        const expected = filed(all, whole);
        const before = new TemplateTree();
        const first = filed(all.slice(0, cut), before);
        const after = new TemplateTree(textsOf(before).map((text) => text.split(' ')));
        expect([...first, ...filed(all.slice(cut), after)]).toEqual(expected);
        expect(textsOf(after)).toEqual(textsOf(whole));
      }),
    );
  });
});
